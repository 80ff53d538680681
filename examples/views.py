"""A policy per view: function, method and class: ``flask --app examples.views run``.

There is no ``CORS(app)`` here: the decorators are enough, and a view without one stays
closed to other origins.
"""

from __future__ import annotations

from flask import Flask
from flask.typing import ResponseReturnValue
from flask.views import MethodView

from flask_cors import cors_exempt, cross_origin

app = Flask(__name__)
# For `flask cors check`: what it would warn of, and why it is meant.
app.config["CORS_CHECK_IGNORE"] = {"CORS002": "the status and the notes are public"}


# A function. The decorator stands below the route, so that the route registers its result.
@app.get("/status")
@cross_origin("*")
def status() -> ResponseReturnValue:
    return {"status": "up"}


# A method: everybody may read a note, and one origin may change it.
class Note(MethodView):
    @cross_origin("*")
    def get(self, number: int) -> ResponseReturnValue:
        return {"note": number}

    @cross_origin("https://notes.example.com")
    def put(self, number: int) -> ResponseReturnValue:
        return {"changed": number}


# A class: one policy for all its methods. A method may still say something of its own.
@cross_origin("https://admin.example.com", supports_credentials=True)
class Account(MethodView):
    def get(self) -> ResponseReturnValue:
        return {"name": "example"}

    def delete(self) -> ResponseReturnValue:
        return "", 204

    @cors_exempt
    def post(self) -> ResponseReturnValue:
        return {"created": True}


app.add_url_rule("/notes/<int:number>", view_func=Note.as_view("note"))
app.add_url_rule("/account", view_func=Account.as_view("account"))
