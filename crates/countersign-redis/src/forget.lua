-- Makes an event free if it is done. Returns the value that was there.
local value = redis.call('GET', KEYS[1])
if value and string.match(value, '^done:' .. string.rep('%x', 32) .. ':') then
    redis.call('DEL', KEYS[1])
end
return value
