-- Claims an event. If the event is done or another claim holds it, only returns its value and the
-- milliseconds until it expires.
-- ARGV: the value of this claim, its length in milliseconds.
local value = redis.call('GET', KEYS[1])
if value and value ~= ARGV[1] then
    return { value, redis.call('PTTL', KEYS[1]) }
end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return false
