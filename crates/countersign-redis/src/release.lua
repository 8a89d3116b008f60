-- Makes an event free again if this claim holds it. Otherwise returns the value that is there.
-- ARGV: the value of the claim.
local value = redis.call('GET', KEYS[1])
if value == ARGV[1] then
    redis.call('DEL', KEYS[1])
    return false
end
return value
