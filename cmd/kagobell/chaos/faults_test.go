package chaos

// faults are all that is tried, in the order of the table.
var faults = []fault{
	{name: "kill_often", try: killOften},
	{name: "kill_at_points", try: killAtPoints},
	{name: "kill_at_commit", short: true, quick: true, try: killAtCommit},
	{name: "redis_flush", try: flushRedis},
	{name: "redis_flush_quick", short: true, quick: true, try: flushRedisQuickly},
	{name: "redis_restart", try: restartRedis},
	{name: "redis_snapshot", try: oldSnapshot},
	{name: "redis_hashes", try: deleteHashes},
	{name: "redis_away", try: redisAway},
	{name: "redis_full", try: redisFull},
	{name: "redis_policy", try: redisPolicy},
}
