"""Speed, measured side by side: bare Flask, the tutorials' snippet, flask-cors, this project."""
