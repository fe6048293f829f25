-- What was entered of holidays last: whoever knows this number knows the days.
INSERT INTO counters (name, value) VALUES ('holidays', 0);
