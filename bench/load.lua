-- Sends the bodies of a file in turn, one a line, and prints what came of it as JSON.
-- arguments: the file of bodies, milliseconds that each connection waits before a request (0: none)

local requests = {}
local at = 0
local pause = 0

function init(args)
  for body in io.lines(args[1]) do
    requests[#requests + 1] = wrk.format("POST", nil, { ["content-type"] = "application/json" }, body)
  end
  pause = tonumber(args[2] or "0")
  math.randomseed(1)
  at = math.random(#requests)
end

function request()
  at = at % #requests + 1
  return requests[at]
end

-- whole milliseconds, on average as many as were asked for
function delay()
  if pause == 0 then return 0 end
  local whole = math.floor(pause)
  return math.random() < pause - whole and whole + 1 or whole
end

function done(summary, latency)
  local errors = summary.errors
  io.write(string.format(
    '{"requests":%d,"seconds":%f,"p50":%f,"p99":%f,"errors":%d}\n',
    summary.requests, summary.duration / 1e6, latency:percentile(50) / 1000, latency:percentile(99) / 1000,
    errors.connect + errors.read + errors.write + errors.status + errors.timeout
  ))
end
