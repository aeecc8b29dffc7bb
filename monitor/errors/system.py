"""What the operating system and the network answer, in the operator's language.

Python gives the English words of the C library; here they are told by their numbers. What is not
listed keeps its own words: better English than nothing.
"""

from __future__ import annotations

import errno
import smtplib
import socket
import ssl

WORDS = {
    errno.ECONNREFUSED: "в соединении отказано: по этому адресу и порту никто не отвечает",
    errno.ECONNRESET: "соединение оборвано с той стороны",
    errno.ECONNABORTED: "соединение оборвано",
    errno.EPIPE: "соединение оборвано с той стороны",
    errno.ETIMEDOUT: "время ожидания вышло",
    errno.ENETUNREACH: "сеть недоступна",
    errno.EHOSTUNREACH: "узел недоступен",
    errno.ENETDOWN: "сеть выключена",
    errno.EADDRINUSE: "этот порт занят другой программой",
    errno.EADDRNOTAVAIL: "такого адреса у этого компьютера нет",
    errno.EACCES: "нет прав",
    errno.EPERM: "нет прав",
    errno.ENOENT: "нет такого файла или папки",
    errno.EEXIST: "такой файл уже есть",
    errno.EISDIR: "это папка, а не файл",
    errno.ENOTDIR: "на пути к нему стоит файл, а не папка",
    errno.ENAMETOOLONG: "имя слишком длинное",
    errno.ENOSPC: "на диске нет места",
    errno.EDQUOT: "дисковая квота исчерпана",
    errno.EFBIG: "файл стал больше, чем разрешено",
    errno.EROFS: "диск только для чтения",
    errno.EIO: "диск не отвечает как должен",
    errno.EMFILE: "открыто слишком много файлов",
    errno.ENFILE: "открыто слишком много файлов",
    errno.ENOMEM: "не хватает памяти",
}
# socket.gaierror has numbers of its own, which may be those of other errors.
NAMES = {
    socket.EAI_NONAME: "узла с таким именем нет",
    socket.EAI_NODATA: "у узла с таким именем нет адреса",
    socket.EAI_AGAIN: "имя узла не определить: служба имён (DNS) не отвечает",
    socket.EAI_FAIL: "имя узла не определить: служба имён (DNS) отказала",
}
TIMED_OUT = WORDS[errno.ETIMEDOUT]
NO_ENCRYPTION = "о шифровании не договориться: верны ли порт и tls? ({words})"
HUNG_UP = "сервер закрыл соединение"


def in_russian(error: Exception) -> str:
    match error:
        case ssl.SSLError():
            return NO_ENCRYPTION.format(words=error.reason or error)
        case socket.gaierror():
            return NAMES.get(error.errno or 0, str(error))
        case smtplib.SMTPServerDisconnected():
            return HUNG_UP
        case smtplib.SMTPException():
            return str(error)
        case OSError(errno=int(number)) if number in WORDS:
            return WORDS[number]
        case TimeoutError():
            return TIMED_OUT
        case OSError():
            return error.strerror or str(error)
    return str(error)
