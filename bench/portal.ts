import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { gzipSync } from 'node:zlib';
import { bundleFunction } from '../infra/lambda/bundle.ts';
import { arrive } from '../test/portal/person.ts';
import { type Answer, clientOf } from '../test/support/client.ts';
import { type RuntimeProcess, withRuntime } from '../test/support/runtime-process.ts';
import { callAsOperator } from '../test/support/signed-request.ts';
import { medians, quantile, rounded } from '../test/support/statistics.ts';

const runs = 3;
const keys = 30;
const samples = 50;

/** Compares the list of 30 keys on the page with `GET /keys`: bundle, first answer of a new environment, and further answers. */
export async function portal() {
  const measured: Awaited<ReturnType<typeof measure>>[] = [];
  for (let run = 0; run < runs; run++) measured.push(await withRuntime({ context: ['portal=true'] }, measure));
  const figures = medians(measured);
  return {
    bundle: { page: sizesOf('portal'), api: sizesOf('list-keys') },
    ...figures,
    firstRatio: rounded(figures.firstPageMs / figures.firstApiMs),
    listRatio: rounded(figures.listP50Ms / figures.apiP50Ms),
  };
}

async function measure({ outputs }: RuntimeProcess) {
  const { call } = clientOf(() => outputs);
  for (let key = 0; key < keys; key++) await callAsOperator(outputs, 'POST', '/keys', { description: `Key ${key}` });
  const page = () => call(null, 'GET', '/portal/link?code=x');
  const api = () => call(outputs.adminKey, 'GET', '/keys?pageSize=30');
  const firstPageMs = await timeOf(page);
  await call(outputs.adminKey, 'GET', '/whoami'); // the authorizer has started
  const firstApiMs = await timeOf(api);
  const person = await arrive(outputs);
  const list: number[] = [];
  const ofApi: number[] = [];
  for (let sample = 0; sample < samples; sample++) {
    list.push(await timeOf(() => person.get('keys')));
    ofApi.push(await timeOf(api));
  }
  return { firstPageMs, firstApiMs, listP50Ms: quantile(list, 0.5), apiP50Ms: quantile(ofApi, 0.5) };
}

async function timeOf(send: () => Promise<Answer>): Promise<number> {
  const startedAt = performance.now();
  const { status } = await send();
  if (status >= 500) throw new Error(`a page was answered ${status}`);
  return performance.now() - startedAt;
}

function sizesOf(entry: string) {
  const code = readFileSync(join(bundleFunction(entry), 'index.js'));
  return { kB: rounded(code.length / 1000), gzippedKB: rounded(gzipSync(code).length / 1000) };
}
