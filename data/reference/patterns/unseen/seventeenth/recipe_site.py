"""A site for recipes in the manner of Flask: views, sessions, search, comments, a small cache."""

import functools
import re
import secrets
import threading
import time

from flask import Flask, abort, current_app, g, jsonify, request, session

app = Flask(__name__)

UNITS = {"g": 1.0, "kg": 1000.0, "cup": 240.0, "spoon": 15.0}
_conversions = {}
_unit_use = {}
_recipes = {}
_tags = {}
_view_log = []
_page_cache = {}
_login_failures = {}
_subscribers = []
_exports = {}
_lock = threading.Lock()


def cached(seconds):
    """Keeps pages until they are too old; old ones go at the next miss."""

    def decorate(view):
        @functools.wraps(view)
        def wrapper(*args, **kwargs):
            key = request.full_path
            entry = _page_cache.get(key)
            if entry and entry[0] > time.time():
                return entry[1]
            for old in [k for k, (until, _) in _page_cache.items() if until <= time.time()]:
                del _page_cache[old]
            page = view(*args, **kwargs)
            _page_cache[key] = (time.time() + seconds, page)  # bounded _page_cache
            return page

        return wrapper

    return decorate


def counted(view):
    calls = []

    @functools.wraps(view)
    def wrapper(*args, **kwargs):
        calls.append(time.time())  # bounded calls
        while calls and calls[0] < time.time() - 60:
            calls.pop(0)
        if len(calls) > 600:
            abort(429)
        return view(*args, **kwargs)

    return wrapper


@app.before_request
def begin():
    g.queries = []
    g.started = time.perf_counter()


@app.after_request
def finish(response):
    g.queries.append("COMMIT")
    _view_log.append((request.path, time.perf_counter() - g.started))  # grows _view_log
    return response


def query(sql):
    g.queries.append(sql)
    return current_app.config["DB"].execute(sql)


def convert(amount, unit):
    if unit not in UNITS:
        abort(400)
    _unit_use[unit] = _unit_use.get(unit, 0) + 1  # bounded _unit_use
    key = f"{amount}{unit}"
    if key not in _conversions:
        _conversions[key] = float(amount) * UNITS[unit]  # grows _conversions
    return _conversions[key]


class Recipe:
    slugs = set()

    def __init__(self, title, steps):
        self.title = title
        self.steps = list(steps)
        self.comments = []
        self.likes = set()
        self.revisions = []
        self.viewers = {}
        self.slug = self._slug(title)

    @classmethod
    def _slug(cls, title):
        base = re.sub(r"\W+", "-", title.lower())
        while base in cls.slugs:
            base += secrets.token_hex(1)
        cls.slugs.add(base)  # grows slugs
        return base

    def comment(self, user, text):
        self.comments.append((user, text))  # bounded comments
        self.comments = self.comments[-200:]

    def like(self, user):
        if user in self.likes:
            self.likes.remove(user)
        else:
            self.likes.add(user)  # unsure likes

    def revise(self, steps):
        self.revisions.append(self.steps)  # grows revisions
        self.steps = list(steps)

    def seen_by(self, user):
        self.viewers[user] = time.time()  # bounded viewers
        if len(self.viewers) > 50:
            oldest = min(self.viewers, key=self.viewers.get)
            self.viewers.pop(oldest)


@app.post("/recipes")
def create():
    body = request.get_json()
    recipe = Recipe(body["title"], body["steps"])
    with _lock:
        _recipes[recipe.slug] = recipe  # bounded _recipes
        for tag in body.get("tags", []):
            _tags.setdefault(tag, set()).add(recipe.slug)  # grows _tags
    return jsonify(slug=recipe.slug), 201


@app.delete("/recipes/<slug>")
def remove(slug):
    with _lock:
        if _recipes.pop(slug, None) is None:
            abort(404)
    return "", 204


@app.get("/recipes/<slug>")
@counted
@cached(30)
def show(slug):
    recipe = _recipes.get(slug) or abort(404)
    recipe.seen_by(session.get("user", "guest"))
    lines = []
    for number, step in enumerate(recipe.steps, 1):
        lines.append(f"{number}. {step}")
    return "\n".join(lines)


@app.post("/login")
def login():
    user = request.form["user"]
    rows = query("SELECT * FROM users")
    if request.form["password"] not in rows:
        tries = _login_failures.get(user, 0) + 1
        _login_failures[user] = tries  # bounded _login_failures
        abort(403 if tries < 5 else 429)
    _login_failures.pop(user, None)
    history = session.setdefault("history", [])
    history.append(time.time())  # unsure history
    session["user"] = user
    return "", 204


@app.post("/subscribe")
def subscribe():
    _subscribers.append(request.form["email"])  # grows _subscribers
    return "", 204


@app.post("/export")
def export():
    job = secrets.token_hex(8)
    thread = threading.Thread(target=lambda: time.sleep(1))
    _exports[job] = thread  # grows _exports
    thread.start()
    return jsonify(job=job)
