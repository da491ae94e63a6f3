"""Creates the table of the toy's schema; fails when it is run a second time."""

import os
from urllib.parse import urlsplit

import pymysql

url = urlsplit(os.environ["DATABASE_URL"])
connection = pymysql.connect(
    host=url.hostname or "",
    port=url.port or 0,
    user=url.username,
    password=url.password or "",
    database=url.path.removeprefix("/"),
)
with connection, connection.cursor() as cursor:
    cursor.execute("CREATE TABLE things (name VARCHAR(50) PRIMARY KEY)")
