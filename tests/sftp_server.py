"""An SFTP server in the test's own process, for a folder of the disk; it can break its transfers off."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any

import asyncssh

USER, PASSWORD = "planbridge", "correct-horse"


@dataclass
class SftpServer:
    """A running server. `bytes_before_break`: after so many bytes of a file, each line breaks off; None: never."""

    root: Path
    host_key: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    user_key: asyncssh.SSHKey = field(default_factory=lambda: asyncssh.generate_private_key("ssh-ed25519"))
    port: int = 0
    bytes_before_break: int | None = None
    read_offsets: list[int] = field(default_factory=list)

    def settings(self, folder: str = "outbox") -> dict[str, Any]:
        """The settings of a connection to a folder of the server."""
        return {
            "path": f"sftp://127.0.0.1:{self.port}/{folder}",
            "user": USER,
            "host_key": public_text(self.host_key),
            "profile": "canonical",
        }

    @property
    def private_key(self) -> str:
        """The user's private key as text."""
        return self.user_key.export_private_key().decode()


def public_text(key: asyncssh.SSHKey) -> str:
    """A public key as the setting host_key has it."""
    return " ".join(key.export_public_key().decode().split()[:2])


class Doorkeeper(asyncssh.SSHServer):
    """Lets in the one user, by password or key."""

    def __init__(self, server: SftpServer) -> None:
        self.server = server

    def password_auth_supported(self) -> bool:
        """Passwords are taken."""
        return True

    def validate_password(self, username: str, password: str) -> bool:
        """The one user's."""
        return (username, password) == (USER, PASSWORD)

    def public_key_auth_supported(self) -> bool:
        """Keys are taken."""
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:
        """The one user's."""
        return username == USER and key.public_data == self.server.user_key.public_data


class BreakingFiles(asyncssh.SFTPServer):
    """Files below a root; no rename over another file, and no shell, as with most servers of companies."""

    def __init__(self, channel: asyncssh.SSHServerChannel[bytes], server: SftpServer) -> None:
        self.server, self.served = server, 0
        super().__init__(channel, chroot=bytes(server.root))

    def read(self, file_obj: Any, offset: int, size: int) -> bytes:
        """Some bytes, or a broken line."""
        self.server.read_offsets.append(offset)
        limit = self.server.bytes_before_break
        if limit is not None and self.served + size > limit:
            self.channel.get_connection().abort()
            raise asyncssh.SFTPConnectionLost("broken off")
        content: bytes = super().read(file_obj, offset, size)  # type: ignore[assignment]  # asyncssh says "maybe awaitable"
        self.served += len(content)
        return content

    def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:  # noqa: ARG002 - asyncssh's
        """Not known here."""
        raise asyncssh.SFTPOpUnsupported("no such extension")


@contextmanager
def sftp_server(root: Path) -> Iterator[SftpServer]:
    """A server that runs until the end of the block."""
    server = SftpServer(root)
    loop = asyncio.new_event_loop()
    thread = Thread(target=loop.run_forever, name="sftp server", daemon=True)
    thread.start()

    async def listen() -> asyncssh.SSHAcceptor:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[server.host_key],
            server_factory=lambda: Doorkeeper(server),
            sftp_factory=lambda channel: BreakingFiles(channel, server),
        )

    acceptor = asyncio.run_coroutine_threadsafe(listen(), loop).result(20)
    server.port = acceptor.get_port()
    try:
        yield server
    finally:

        async def finish() -> None:
            acceptor.close()
            await acceptor.wait_closed()
            await asyncio.sleep(0.05)  # the ends of the last lines

        asyncio.run_coroutine_threadsafe(finish(), loop).result(20)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(10)
