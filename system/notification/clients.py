"""The mail server, over SMTP."""

import asyncio
from contextlib import suppress
from email.message import EmailMessage

import aiosmtplib

from system.common.errors import Unavailable
from system.common.telemetry import log

PERMANENT = 500
MAIL_REJECTED = "MAIL_REJECTED"
HELLO = "localhost"
GOODBYE_S = 0.2


class MailServer:
    """Hands mails over, one connection for each."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._host = host
        self._port = int(port)

    async def send(self, message: EmailMessage, timeout_s: float) -> None:
        """Return once the server has taken responsibility for the mail, within `timeout_s` seconds.

        Raises Unavailable otherwise: then it may have it all the same, when the connection was lost at the wrong moment.
        A rejection for good (5xx) is Unavailable too, with the reason MAIL_REJECTED, and logged as an error: a customer
        who paid is owed this mail, so it is tried until somebody has mended what the mail server does not like.
        """
        try:
            await self._hand_over(message, timeout_s)
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _rejected(error.recipients[0], message) from error
        except aiosmtplib.SMTPResponseException as error:
            raise _rejected(error, message) from error
        except (aiosmtplib.SMTPException, OSError) as error:
            log.warning("the mail server cannot be reached", error=repr(error))
            raise Unavailable("the mail server cannot be reached", retry_after_s=1) from error

    async def _hand_over(self, message: EmailMessage, timeout_s: float) -> None:
        # Not the library's context manager: after a timeout that one says QUIT, and waits for the answer.
        client = aiosmtplib.SMTP(
            hostname=self._host, port=self._port, local_hostname=HELLO, timeout=timeout_s, use_tls=False, start_tls=False
        )
        try:
            async with asyncio.timeout(timeout_s):  # the library's own bounds each command
                await client.connect()
                await client.send_message(message)
            with suppress(aiosmtplib.SMTPException, OSError):
                await client.quit(timeout=GOODBYE_S)
        finally:
            client.close()


def _rejected(error: aiosmtplib.SMTPResponseException, message: EmailMessage) -> Unavailable:
    permanent = error.code >= PERMANENT
    if permanent:
        log.error("the mail server rejects a confirmation", code=error.code, answer=error.message, mail=message["Message-ID"])
    answer = f"the mail server answered {error.code} {error.message}"
    return Unavailable(answer, reason=MAIL_REJECTED if permanent else None, retry_after_s=5 if permanent else 1)
