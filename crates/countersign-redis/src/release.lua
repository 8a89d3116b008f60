-- Makes an event free again, unless it is somebody else's.
-- ARGV: the value of the claim.
local value = redis.call('GET', KEYS[1])
if value == ARGV[1] then
    redis.call('DEL', KEYS[1])
    return false
end
return value
