"""A policy per blueprint, nested ones included: ``flask --app examples.blueprints run``."""

from __future__ import annotations

from flask import Blueprint, Flask
from flask.typing import ResponseReturnValue

from flask_cors import CORS

catalogue = Blueprint("catalogue", __name__, url_prefix="/catalogue")
# Any page may read the catalogue; preflights for other methods are refused.
CORS(catalogue, origins="*", methods=["GET", "HEAD"])

shop = Blueprint("shop", __name__, url_prefix="/shop")
CORS(shop, origins=["https://shop.example.com"], max_age=600)

# Inside the shop: what is not said here is the shop's, so the origins are the shop's.
orders = Blueprint("orders", __name__, url_prefix="/orders")
CORS(orders, expose_headers=["X-Order-State"])

# Credentials are granted to a list of origins: whoever allows them names the origins too.
basket = Blueprint("basket", __name__, url_prefix="/basket")
CORS(basket, origins=["https://shop.example.com"], supports_credentials=True)


@catalogue.get("/")
def items() -> ResponseReturnValue:
    return {"items": ["kettle", "teapot"]}


@orders.get("/<int:number>")
def order(number: int) -> ResponseReturnValue:
    return {"order": number}, {"X-Order-State": "sent"}


@basket.put("/")
def put_into_basket() -> ResponseReturnValue:
    return {"items": 1}


shop.register_blueprint(orders)
shop.register_blueprint(basket)

app = Flask(__name__)
# For `flask cors check`: what it would warn of, and why it is meant.
app.config["CORS_CHECK_IGNORE"] = {"CORS002": "the catalogue is public"}
app.register_blueprint(catalogue)
app.register_blueprint(shop)
