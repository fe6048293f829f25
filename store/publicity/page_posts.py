"""What Facebook told of the page's posts: one row a post, so that news that come late or twice
change nothing.
"""

from domain.publicity.page_feed import PagePost
from store.engine.columns import RecordColumns
from store.engine.database import Reader, Tx

_PAGE_POSTS = RecordColumns(PagePost)


async def find(db: Reader, post_id: str) -> PagePost:
    """What is known of a post; nothing yet where it was never told of."""
    row = await db.fetch_one(
        f"SELECT {_PAGE_POSTS.listed} FROM page_posts WHERE post_id = ?", post_id
    )
    if row is None:
        return PagePost(post_id)
    return _PAGE_POSTS.of(row)


async def lead_to(tx: Tx, post_id: str, publication: str) -> None:
    """The post is this publication's from now on."""
    await tx.execute(
        "UPDATE page_posts SET publication = ? WHERE post_id = ?",
        publication,
        post_id,
    )


async def put(tx: Tx, post: PagePost) -> None:
    """Keep what is known now."""
    await tx.execute(
        f"{_PAGE_POSTS.insert('page_posts')} ON CONFLICT (post_id) "
        f"DO UPDATE SET {_PAGE_POSTS.replaced('post_id')}",
        *_PAGE_POSTS.values(post),
    )
