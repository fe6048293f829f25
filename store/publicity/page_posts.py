"""What Facebook told of the page's posts: one row a post, so that news that come late or twice
change nothing.
"""

from domain.publicity.page_feed import PagePost
from store.engine.database import Reader, Tx

_COLUMNS = "post_id, text, text_at, link, posted_at, removed_at, publication, hidden_at, shown_at"


async def find(db: Reader, post_id: str) -> PagePost:
    """What is known of a post; nothing yet where it was never told of."""
    row = await db.fetch_one(f"SELECT {_COLUMNS} FROM page_posts WHERE post_id = ?", post_id)
    return PagePost(**row) if row else PagePost(post_id)


async def put(tx: Tx, post: PagePost) -> None:
    """Keep what is known now."""
    await tx.execute(
        f"INSERT INTO page_posts ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT (post_id) DO UPDATE SET "
        "text = excluded.text, text_at = excluded.text_at, link = excluded.link, "
        "posted_at = excluded.posted_at, removed_at = excluded.removed_at, "
        "publication = excluded.publication, hidden_at = excluded.hidden_at, "
        "shown_at = excluded.shown_at",
        post.post_id,
        post.text,
        post.text_at,
        post.link,
        post.posted_at,
        post.removed_at,
        post.publication,
        post.hidden_at,
        post.shown_at,
    )
