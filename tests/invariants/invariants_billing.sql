-- Rules of billing still hold in what leaves: nobody pays more than an invoice, nobody gets back more than was paid, and no
-- balance is negative.
{{ tdm.gate() }}

with

settled as (
    select invoice_no, sum(amount) as amount
    from {{ ref('masked_billing__payments') }}
    where status = 'settled'
    group by invoice_no
),

overpaid as (
    select invoices.invoice_id
    from {{ ref('masked_billing__invoices') }} as invoices
    inner join settled on invoices.invoice_no = settled.invoice_no
    where settled.amount > invoices.total
),

paid_back as (
    select payment_id, sum(amount) as amount
    from {{ ref('masked_billing__refunds') }}
    group by payment_id
),

refunded_too_much as (
    select payments.payment_id
    from {{ ref('masked_billing__payments') }} as payments
    inner join paid_back on payments.payment_id = paid_back.payment_id
    where paid_back.amount > payments.amount
),

in_debt as (
    select account_id
    from {{ ref('masked_billing__accounts') }}
    where balance < 0
)

select
    'billing.payments.amount: ' || count(*) || ' invoices whose settled payments are more than billing.invoices.total.'
    || ' Keep or mask both columns together' as message
from overpaid
having count(*) > 0

union all

select
    'billing.refunds.amount: ' || count(*) || ' payments that are refunded by more than billing.payments.amount.'
    || ' Keep or mask both columns together' as message
from refunded_too_much
having count(*) > 0

union all

select
    'billing.accounts.balance: ' || count(*) || ' accounts with a negative balance.'
    || ' Keep the column, or give it a mask that keeps its sign' as message
from in_debt
having count(*) > 0
