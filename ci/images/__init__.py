"""Images equivalent to the official ones, built from Debian packages for hosts that reach no container registry.

    python -m ci.images               build what is missing or has another recipe
    python -m ci.images --force       build anew, with today's packages
    python -m ci.images env > .env    make `docker compose` use them
    python -m ci.images.engine start  a Docker engine where there is none

Everything is fetched from the mirror the machine's own apt is configured for; no address is written here.
"""
