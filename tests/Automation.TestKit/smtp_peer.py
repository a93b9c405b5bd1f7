"""Mail servers for tests: aiosmtpd. Each line of standard input opens one, or closes it; one JSON object a line is written for each thing that happens.

Addresses steer it: busy@ is refused with 451, nobody@ with 550, full@ after the data with 552; slow@ is never answered.
"""
import asyncio
import base64
import json
import ssl
import sys

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword


def encrypted(server):
    return server.transport.get_extra_info("sslcontext") is not None


class Handler:
    def __init__(self, options):
        self.busy = options.get("busyFirst", 0)
        self.peer = options["peer"]

    def tell(self, **what):
        print(json.dumps({"peer": self.peer, **what}), flush=True)

    async def handle_EHLO(self, server, session, envelope, hostname, responses):
        session.host_name = hostname
        self.tell(what="ehlo", tls=encrypted(server))
        return responses

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("slow@"):
            await asyncio.sleep(3600)
        if address.startswith("busy@"):
            return "451 4.3.0 come again later"
        if address.startswith("nobody@"):
            return "550 5.1.1 there is nobody of that name here"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        if self.busy > 0:
            self.busy -= 1
            self.tell(what="refused")
            return "451 4.3.0 busy for the moment"
        if any(a.startswith("full@") for a in envelope.rcpt_tos):
            return "552 5.2.2 the mailbox is full"
        self.tell(what="mail", sender=envelope.mail_from, to=envelope.rcpt_tos, utf8=envelope.smtp_utf8, tls=encrypted(server),
                  user=session.auth_data.login.decode() if session.auth_data else None, data=base64.b64encode(envelope.original_content).decode())
        return "250 2.0.0 taken"


def offer(options):
    """What makes a connection's protocol, and the context when the connection is encrypted from its first byte."""
    context = None
    if "certificate" in options:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options["certificate"], options["key"])
    handler = Handler(options)
    start_tls = options.get("security") == "startTls"

    def authenticate(server, session, envelope, mechanism, data):
        good = isinstance(data, LoginPassword) and data.login.decode() == options["user"] and data.password.decode() == options["password"]
        handler.tell(what="auth", mechanism=mechanism, good=good)
        return AuthResult(success=good, auth_data=data) if good else AuthResult(success=False, handled=False)

    def protocol():
        return SMTP(handler, hostname="peer.test", enable_SMTPUTF8=options.get("utf8", True), decode_data=False, timeout=60,
                    tls_context=context if start_tls else None, require_starttls=start_tls,
                    authenticator=authenticate if "user" in options else None, auth_required="user" in options,
                    auth_require_tls=start_tls, auth_exclude_mechanism=() if "user" in options else ("LOGIN", "PLAIN"))

    return handler, protocol, context if options.get("security") == "implicitTls" else None


async def main():
    loop = asyncio.get_running_loop()
    servers = {}
    # Standard input ends when the tests are gone, however they ended.
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        options = json.loads(line)
        if options.get("close"):
            servers.pop(options["peer"]).close()
            continue
        handler, protocol, context = offer(options)
        server = await loop.create_server(protocol, "127.0.0.1", options.get("port", 0), ssl=context)
        servers[options["peer"]] = server
        handler.tell(what="listening", port=server.sockets[0].getsockname()[1])


asyncio.run(main())
