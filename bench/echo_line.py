"""The baseline on LINE: line-bot-sdk's own echo bot, which replies before it acknowledges, as its
examples do.
"""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn
from linebot.v3 import WebhookParser
from linebot.v3.exceptions import InvalidSignatureError
from linebot.v3.messaging import (
    AsyncApiClient,
    AsyncMessagingApi,
    Configuration,
    ReplyMessageRequest,
    TextMessage,
)
from linebot.v3.webhooks import MessageEvent, TextMessageContent
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

API, SECRET, ACCESS_TOKEN = (
    os.environ["ECHO_API"],
    os.environ["ECHO_SECRET"],
    os.environ["ECHO_TOKEN"],
)
parser = WebhookParser(SECRET)


@asynccontextmanager
async def lifespan(app: Starlette) -> AsyncIterator[dict[str, Any]]:
    """The client needs a running loop."""
    async with AsyncApiClient(Configuration(access_token=ACCESS_TOKEN, host=API)) as client:
        yield {"api": AsyncMessagingApi(client)}


async def webhook(request: Request) -> Response:
    """Say the same."""
    body = (await request.body()).decode()
    try:
        events = parser.parse(body, request.headers.get("x-line-signature", ""))
    except InvalidSignatureError:
        return PlainTextResponse("", 400)
    for event in events:
        if isinstance(event, MessageEvent) and isinstance(event.message, TextMessageContent):
            message = TextMessage(text=event.message.text)
            await request.state.api.reply_message(
                ReplyMessageRequest(replyToken=event.reply_token, messages=[message])
            )
    return PlainTextResponse("OK")


def main() -> None:
    """Serve until SIGTERM."""
    app = Starlette(routes=[Route("/line/webhook", webhook, methods=["POST"])], lifespan=lifespan)
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=int(os.environ["ECHO_PORT"]),
        log_level="warning",
        access_log=False,
    )


if __name__ == "__main__":
    main()
