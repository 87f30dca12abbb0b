"""Calls a server of the Model Context Protocol with its Python SDK, many clients at once. Prints what each of them got, as JSON."""

import asyncio
import json
import sys

from mcp.client.client import Client
from mcp.client.stdio import StdioServerParameters, stdio_client


async def use(target, calls, mode):
    async with Client(target(), mode=mode) as client:
        tools = (await client.list_tools()).tools
        results = []
        for name, arguments in calls:
            result = await client.call_tool(name, arguments)
            results.append({"text": result.content[0].text, "structured": result.structured_content, "error": result.is_error})
        resources = [str(one.uri) for one in (await client.list_resources()).resources]
        read = await client.read_resource(resources[0])
        prompt = await client.get_prompt("weekly_news", {"topic": "vélo"})
        return {
            "tools": [tool.name for tool in tools],
            "described": all(tool.output_schema for tool in tools),
            "read_only": all(tool.annotations.read_only_hint for tool in tools),
            "results": results,
            "resources": resources,
            "resource": json.loads(read.contents[0].text),
            "prompt": prompt.messages[0].content.text,
        }


async def main():
    plan = json.loads(sys.argv[1])

    def target():
        if "url" in plan:
            return plan["url"]
        return stdio_client(StdioServerParameters(command=plan["command"], args=plan["args"], cwd=plan["cwd"]))

    clients = [use(target, plan["calls"], mode) for mode in plan["modes"]]
    print(json.dumps(await asyncio.gather(*clients)))


asyncio.run(main())
