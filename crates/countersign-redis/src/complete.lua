-- Marks an event as done. If another claim holds or has completed it, only returns its value.
-- ARGV: the value of the claim, the value of the completed event, its ttl in milliseconds.
local value = redis.call('GET', KEYS[1])
if value and value ~= ARGV[1] and value ~= ARGV[2] then
    return value
end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return false
