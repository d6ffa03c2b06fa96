"""Who runs what, and where: runner, worker pool, executors, shards; nothing here asks a question of the results."""
