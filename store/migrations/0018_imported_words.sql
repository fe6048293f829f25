-- Imports wrote their customers' keys and taught the search none of the words: those words are learnt now.
UPDATE search_state SET additions = additions + 1;

INSERT INTO search_words (word)
SELECT key FROM customer_keys WHERE kind IN ('word', 'former') GROUP BY key ORDER BY count(*) DESC, key
ON CONFLICT (word) DO NOTHING;
