"""What masks cost: each alone, ten columns of a million people, and a whole masked dump."""
