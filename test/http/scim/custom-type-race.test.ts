import { expect, test } from "bun:test";
import { bulkRequestUrn } from "../../../src/scim/urn.ts";
import { expectRefusal, list, notFound } from "../../support/scim.ts";
import { type Answer, objects, readAnswer, text } from "../../support/server.ts";
import { device, devicesPath, deviceType, register, startWithDevices, typesPath } from "./custom.ts";

test("BU-10 a type that goes while resources of it are made leaves none behind", async () => {
  const server = await startWithDevices();
  try {
    for (let round = 0; round < 10; round++) {
      const made = (at: number) => server.request("POST", devicesPath, device(`serial-${round}-${at}`));
      const Operations = Array.from({ length: 50 }, (_, at) => {
        const data = device(`bulk-${round}-${at}`);
        return { method: "POST", path: "/Devices", bulkId: `${at}`, data };
      });
      const bulk = server.request("POST", "/scim/v2/Bulk", { schemas: [bulkRequestUrn], Operations });
      const early = Array.from({ length: 5 }, (_, at) => made(at));
      const gone = server.request("DELETE", `${typesPath}/Device`);
      const late = Array.from({ length: 5 }, (_, at) => made(5 + at));
      const answers = await Promise.all([...early, ...late]);
      const statuses = [
        ...answers.map(({ status }) => status),
        ...objects((await bulk).json.Operations).map(({ status }) => Number(text(status))),
      ];
      const created = statuses.filter((status) => status === 201).length;
      expect(statuses.filter((status) => status !== 201 && status !== 404)).toEqual([]);
      if ((await gone).status === 204) {
        expect(created).toBe(0);
        await register(server, typesPath, deviceType);
      }
      const { total, resources } = await list(server, devicesPath);
      expect(total).toBe(created);
      for (const { id } of resources) await server.request("DELETE", `${devicesPath}/${id}`);
    }
  } finally {
    await server.stop();
  }
});

test("BU-10 a resource whose body comes in after its type went is not made", async () => {
  const server = await startWithDevices();
  try {
    const bytes = new TextEncoder().encode(JSON.stringify(device("late")));
    let gone: Answer | undefined;
    const body = new ReadableStream<Uint8Array>({
      async pull(controller) {
        if (gone === undefined) {
          controller.enqueue(bytes.slice(0, 10));
          gone = await server.request("DELETE", `${typesPath}/Device`);
          return;
        }
        controller.enqueue(bytes.slice(10));
        controller.close();
      },
    });
    const headers = { Authorization: `Bearer ${server.token}`, "Content-Type": "application/scim+json" };
    const made = await readAnswer(await fetch(server.url + devicesPath, { method: "POST", headers, body }));
    expect(gone?.status).toBe(204);
    expectRefusal(made, notFound);
    await register(server, typesPath, deviceType);
    expect((await list(server, devicesPath)).total).toBe(0);
  } finally {
    await server.stop();
  }
});
