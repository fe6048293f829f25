"""The baseline on Telegram: python-telegram-bot's own echo bot, its stock updater and transport."""

import logging
import os

os.environ.setdefault("PTB_TIMEDELTA", "true")

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

API, TOKEN = os.environ["ECHO_API"], os.environ["ECHO_TOKEN"]


async def echo(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
    """Say the same."""
    if update.message is not None and update.message.text:
        await update.message.reply_text(update.message.text)


def main() -> None:
    """Poll until SIGTERM."""
    logging.basicConfig(level=logging.WARNING)
    app = Application.builder().token(TOKEN).base_url(f"{API}/bot").build()
    app.add_handler(MessageHandler(filters.TEXT, echo))
    app.run_polling()


if __name__ == "__main__":
    main()
