"""A line between a browser and the demo that a test can cut: the server is away for this browser only."""

import contextlib
import socket
import threading


class Line:
    """Passes bytes on from a port of its own; while it's cut, nobody answers there."""

    def __init__(self, to_port: int) -> None:
        self.to_port = to_port
        # Never listens: it keeps the port ours while the line is cut, so that nobody else is given it meanwhile.
        self._place = _bound(0)
        self.port = self._place.getsockname()[1]
        self._listener: socket.socket | None = None
        self._open: set[socket.socket] = set()
        self._guard = threading.Lock()
        self.mend()

    def mend(self) -> None:
        """Answer again, at the same port as before."""
        listener = _bound(self.port)
        listener.listen(64)
        self._listener = listener
        threading.Thread(target=self._serve, args=(listener,), daemon=True).start()

    def end(self) -> None:
        """Cut the line for good and give its port back."""
        self.cut()
        self._place.close()

    def cut(self) -> None:
        """Stop in the middle of whatever is on its way."""
        listener, self._listener = self._listener, None
        if listener is not None:
            # Closing alone doesn't wake the thread that waits in accept.
            with contextlib.suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            listener.close()
        with self._guard:
            for each in self._open:
                with contextlib.suppress(OSError):
                    each.shutdown(socket.SHUT_RDWR)
            self._open.clear()

    def _serve(self, listener: socket.socket) -> None:
        while True:
            try:
                near, _address = listener.accept()
            except OSError:
                return
            far = socket.create_connection(("127.0.0.1", self.to_port))
            with self._guard:
                if self._listener is not listener:
                    near.close()
                    far.close()
                    return
                self._open |= {near, far}
            threading.Thread(target=self._join, args=(near, far), daemon=True).start()

    def _join(self, near: socket.socket, far: socket.socket) -> None:
        """Pass bytes on in both directions until either end hangs up."""
        back = threading.Thread(target=_pass_on, args=(far, near), daemon=True)
        back.start()
        _pass_on(near, far)
        back.join()
        with self._guard:
            self._open -= {near, far}
        near.close()
        far.close()


def _bound(port: int) -> socket.socket:
    bound = socket.socket()
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def _pass_on(source: socket.socket, sink: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while chunk := source.recv(65536):
            sink.sendall(chunk)
    for each in (source, sink):
        with contextlib.suppress(OSError):
            each.shutdown(socket.SHUT_RDWR)
