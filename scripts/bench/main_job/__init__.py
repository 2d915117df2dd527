"""`make bench-main`: what each phase of the main job costs, on the demo at several scales."""
