"""A shopper's way through the shop with the generated Python client: python journey.py http://localhost:8787"""

import sys
from typing import TypeVar
from uuid import uuid4

from edge_commerce import AuthenticatedClient, Client
from edge_commerce.api.addresses import create_address
from edge_commerce.api.auth import register
from edge_commerce.api.cart import add_cart_item
from edge_commerce.api.catalogue import list_products
from edge_commerce.api.orders import create_order, get_order
from edge_commerce.api.payments import create_payment
from edge_commerce.models import (
    Address,
    AddressInput,
    AddressType,
    Cart,
    CheckoutInput,
    ListProductsInStock,
    NewCartItem,
    Order,
    OrderStatus,
    PaymentInput,
    PaymentMethodCode,
    Problem,
    ProductPage,
    Registration,
    Session,
    Transaction,
    TransactionStatus,
)

Answer = TypeVar("Answer")


def expected(kind: type[Answer], answer: object) -> Answer:
    """The answer, if it is of this kind: a refusal is a Problem, which says what to do."""
    if isinstance(answer, Problem):
        raise RuntimeError(f"{answer.status} {answer.code}: {answer.detail} (request {answer.request_id})")
    assert isinstance(answer, kind), answer
    return answer


def main(base_url: str) -> None:
    anyone = Client(base_url=base_url)
    products = expected(ProductPage, list_products.sync(client=anyone, in_stock=ListProductsInStock.TRUE, limit=2))
    first, second = products.data

    registration = Registration(
        email=f"python-{uuid4()}@example.com", password=f"secret {uuid4()}", first_name="Ada", last_name="Lovelace"
    )
    session = expected(Session, register.sync(client=anyone, body=registration))
    shopper = AuthenticatedClient(base_url=base_url, token=session.access_token)

    home = AddressInput(
        address_type=AddressType.SHIPPING,
        full_name="Ada Lovelace",
        phone_number="+14155550123",
        address_line1="1 Market Street",
        city="San Francisco",
        state="CA",
        postal_code="94105",
        country="US",
    )
    address = expected(Address, create_address.sync(client=shopper, body=home))

    add_cart_item.sync(client=shopper, body=NewCartItem(product_id=first.id, quantity=1))
    cart = expected(Cart, add_cart_item.sync(client=shopper, body=NewCartItem(product_id=second.id, quantity=1)))
    assert [item.product_id for item in cart.items] == [first.id, second.id], cart

    # One key for one intention: a repetition with it is answered with the same order.
    key = str(uuid4())
    checkout = CheckoutInput(shipping_address_id=address.id, billing_address_id=address.id)
    order = expected(Order, create_order.sync(client=shopper, body=checkout, idempotency_key=key))
    again = expected(Order, create_order.sync(client=shopper, body=checkout, idempotency_key=key))
    assert again.id == order.id and order.status == OrderStatus.PENDING, (order, again)

    payment = PaymentInput(
        order_id=order.id, payment_method_code=PaymentMethodCode.CREDIT_CARD, payment_token="tok_success"
    )
    transaction = expected(
        Transaction, create_payment.sync(client=shopper, body=payment, idempotency_key=str(uuid4()))
    )
    assert transaction.status == TransactionStatus.SUCCESS and transaction.amount == order.total_amount, transaction

    # Paying a second time is refused, by a problem that a program can tell from others.
    refusal = create_payment.sync(client=shopper, body=payment, idempotency_key=str(uuid4()))
    assert isinstance(refusal, Problem) and refusal.code == "order_already_paid", refusal

    paid = expected(Order, get_order.sync(order.id, client=shopper))
    assert paid.status == OrderStatus.CONFIRMED, paid
    print(f"{paid.order_number} {paid.status} {paid.total_amount} {paid.currency}")


main(sys.argv[1])
