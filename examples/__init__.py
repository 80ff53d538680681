"""Small applications that use Flask-CORS, each with its own test."""
