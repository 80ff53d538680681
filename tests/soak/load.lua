-- Sends the requests of the plan in turns, and counts the statuses that come back.
-- An argument is one request: method, path, and header lines, with line ends between.

local threads, requests, place = {}, {}, 0
counts = {}

function setup(thread)
  table.insert(threads, thread)
end

function init(args)
  for i = 1, #args do
    local lines = {}
    for line in args[i]:gmatch("[^\n]+") do
      table.insert(lines, line)
    end
    local headers = {}
    for j = 3, #lines do
      local name, value = lines[j]:match("^([^:]+): (.*)$")
      headers[name] = value
    end
    table.insert(requests, wrk.format(lines[1], lines[2], headers))
  end
end

function request()
  place = place % #requests + 1
  return requests[place]
end

function response(status)
  local key = tostring(status)
  counts[key] = (counts[key] or 0) + 1
end

function done()
  for _, thread in ipairs(threads) do
    for status, count in pairs(thread:get("counts")) do
      print("Status " .. status .. ": " .. count)
    end
  end
end
