"""Signs in as a role and fills a folder with what the shop has: `prepare.py <url> <role> <folder>`.

Writes `token` (empty for `public`) and one dictionary a kind of resource, an id a line, for schemathesis to draw from:
without them most cases would end at "there is no such order".
"""

import json
import sys
import urllib.request
import uuid
from pathlib import Path

PASSWORDS = {"admin": "demo-Admin-1234", "manager": "demo-Manager-1234", "customer": "demo-Customer-1234"}


class Shop:
    def __init__(self, url: str) -> None:
        self.url = url

    def request(self, method: str, path: str, token: str | None = None, body: object = None):
        headers = {"idempotency-key": str(uuid.uuid4())}
        if token:
            headers["authorization"] = f"Bearer {token}"
        data = None
        if body is not None:
            headers["content-type"] = "application/json"
            data = json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data=data, headers=headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as response:
            text = response.read()
        return json.loads(text) if text else None

    def login(self, role: str) -> str:
        credentials = {"email": f"{role}@example.com", "password": PASSWORDS[role]}
        return self.request("POST", "/v1/auth/login", body=credentials)["access_token"]

    def register(self) -> str:
        account = {"email": f"{uuid.uuid4()}@example.com", "password": f"secret {uuid.uuid4()}"}
        names = {"first_name": "Sam", "last_name": "Shopper"}
        return self.request("POST", "/v1/auth/register", body={**account, **names})["access_token"]

    def guest(self) -> str:
        return self.request("POST", "/v1/auth/guest")["access_token"]

    def token(self, role: str) -> str:
        if role == "public":
            return ""
        return self.guest() if role == "guest" else self.login(role)


def buy(shop: Shop, token: str, product_id: str, address_id: str, pay: bool) -> dict[str, str]:
    shop.request("POST", "/v1/cart/items", token, {"product_id": product_id, "quantity": 1})
    order = shop.request(
        "POST", "/v1/orders", token, {"shipping_address_id": address_id, "billing_address_id": address_id}
    )
    ids = {"order": order["id"]}
    if pay:
        payment = {"order_id": order["id"], "payment_method_code": "CREDIT_CARD", "payment_token": "tok_success"}
        ids["transaction"] = shop.request("POST", "/v1/payments", token, payment)["id"]
    return ids


def fill(shop: Shop, role: str, token: str) -> dict[str, list[str]]:
    """Buys as the role itself where it can, else as somebody new: then everything is somebody else's."""
    buyer = token if role in PASSWORDS else shop.register()
    products = [product["id"] for product in shop.request("GET", "/v1/products?limit=10&in_stock=true")["data"]]
    address = {
        "address_type": "SHIPPING",
        "full_name": "Carla Customer",
        "phone_number": "+14155550100",
        "address_line1": "1 Market Street",
        "city": "San Francisco",
        "state": "CA",
        "postal_code": "94105",
        "country": "US",
    }
    addresses = [shop.request("POST", "/v1/me/addresses", buyer, address)["id"] for _ in range(2)]
    bought = [buy(shop, buyer, products[n], addresses[0], pay=n % 2 == 0) for n in range(4)]
    saved = shop.request(
        "POST", "/v1/me/payment-methods", buyer, {"payment_method_code": "CREDIT_CARD", "payment_token": "tok_success"}
    )
    review = {"rating": 5, "title": "Sturdy", "comment": "Survived the first frost."}
    reviews = [shop.request("POST", f"/v1/products/{products[n]}/reviews", buyer, review)["id"] for n in range(2)]
    for product_id in products[4:6]:
        shop.request("POST", "/v1/cart/items", token or buyer, {"product_id": product_id, "quantity": 1})
    return {
        "products": products,
        "addresses": addresses,
        "orders": [ids["order"] for ids in bought],
        "transactions": [ids["transaction"] for ids in bought if "transaction" in ids],
        "saved_methods": [saved["id"]],
        "reviews": reviews,
        "categories": [category["id"] for category in shop.request("GET", "/v1/categories?view=flat")["data"]],
        "users": [shop.request("GET", "/v1/me", buyer)["id"]],
        "sessions": [session["id"] for session in shop.request("GET", "/v1/me/sessions", buyer)["data"]][-1:],
    }


def main() -> None:
    url, role, folder = sys.argv[1:]
    shop = Shop(url)
    token = shop.token(role)
    Path(folder, "token").write_text(token)
    for name, ids in fill(shop, role, token).items():
        Path(folder, f"{name}.txt").write_text("".join(f'"{entry}"\n' for entry in ids))


main()
