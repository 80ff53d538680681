"""One policy for an application: ``flask --app examples.app run``."""

from __future__ import annotations

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue

from flask_cors import CORS

app = Flask(__name__)

# Everything below /api may be read by pages of these origins; the rest of the application
# stays as browsers have it without CORS: readable by its own pages alone.
CORS(
    app,
    resources="/api/*",
    origins=["https://app.example.com", "https://*.preview.example.com"],
    expose_headers=["X-Total-Count"],
    max_age=600,
)

BOOKS = {1: "The Left Hand of Darkness", 2: "Kindred"}


@app.get("/")
def home() -> str:
    return "A page of the application itself needs no CORS."


@app.get("/api/books")
def books() -> ResponseReturnValue:
    # Scripts of other origins see X-Total-Count because expose_headers names it.
    return jsonify(BOOKS), {"X-Total-Count": str(len(BOOKS))}


@app.put("/api/books/<int:number>")
def rename(number: int) -> ResponseReturnValue:
    # Browsers ask before they send a PUT; the extension answers, and no view is needed.
    return {"renamed": BOOKS[number]}
