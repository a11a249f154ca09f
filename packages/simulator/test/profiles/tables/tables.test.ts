import assert from 'node:assert/strict';
import { ParetoError } from '@pareto/core';
import { readInstanceTypes } from '../../../src/profiles/tables/ec2.js';
import { fitGpuFromTables } from '../../../src/profiles/tables/gpu-pairs.js';
import { readNvidia } from '../../../src/profiles/tables/nvidia.js';
import { readTable } from '../../../src/profiles/tables/read-table.js';
import { readTimm } from '../../../src/profiles/tables/timm.js';

const fails = (read: () => unknown, message: string): void =>
  assert.throws(
    read,
    (error) => error instanceof ParetoError && error.code === 'invalid-argument' && error.message === message,
  );

describe('tables in CSV files', () => {
  const read = (text: string): string[] =>
    readTable({ name: 'a.csv', text }, ['name', 'size']).map((row) => `${row.text('name')} ${row.number('size')}`);

  it('have quoted cells, other columns, a byte order mark and both kinds of line ends', () => {
    assert.deepEqual(read('\uFEFFsize,more,name\r\n1.5,x,"a, b"\r\n2,,c\n'), ['a, b 1.5', 'c 2']);
  });

  it('are rejected with file, line and column', () => {
    fails(() => read('name\n'), 'a.csv, line 1: there is no column "size"');
    fails(() => read(''), 'a.csv, line 1: there is no column "name"');
    fails(
      () => read('name,size\na,1\nb,fast\n'),
      'a.csv, line 3, column "size": "fast" is not a number that is at least 0',
    );
    fails(() => read('name,size\na,-1\n'), 'a.csv, line 2, column "size": "-1" is not a number that is at least 0');
    fails(() => read('name,size\na,\n'), 'a.csv, line 2, column "size": "" is not a number that is at least 0');
    fails(() => read('name,size\n,1\n'), 'a.csv, line 2, column "name": "" is empty; expected a text');
    fails(() => read('name,size\na,1,2\n'), 'a.csv: it is not CSV: Invalid Record Length: expect 2, got 3 on line 2');
  });
});

const timm = {
  name: 'timm.csv',
  text: `model,base,img_size,top1,weights_mib_fp32,gmacs,macts_m,rtx5090_amp_sps
resnet50.a,resnet50,224,80.5,97.5,4.11,11.11,2000
`,
};

const nvidia = {
  name: 'nvidia.csv',
  text: `model,runtime,precision,gpu,batch,p50_ms,p95_ms,p99_ms,avg_ms
resnet50-v1.5,pytorch-eager (NGC),FP32,T4,8,,24,25,22
resnet50-v1.5,pytorch-eager (NGC),FP32,T4,1,,10,9,12
bert,"triton: ONNX Runtime, TensorRT",FP16,T4,1,5,6,7,5.5
`,
};

describe('the tables of others', () => {
  it('are read: timm', () => {
    assert.deepEqual(readTimm(timm), [
      {
        ...{ name: 'resnet50.a@224', base: 'resnet50', imageSize: 224, accuracy: 0.805, weightsMib: 97.5 },
        ...{ gmacs: 4.11, macts: 11.11, gpuPerSecond: 2000, source: 'timm.csv, line 2' },
      },
    ]);
  });

  it('are read: NVIDIA, with a median from the mean where it is missing', () => {
    const [resnet, bert] = readNvidia(nvidia);
    assert.deepEqual(resnet, {
      ...{ model: 'resnet50-v1.5', runtime: 'pytorch-eager (NGC)', precision: 'FP32', gpu: 'T4' },
      points: [
        { batch: 1, p50Ms: 10, p95Ms: 10, p99Ms: 10 },
        { batch: 8, p50Ms: 22, p95Ms: 24, p99Ms: 25 },
      ],
    });
    assert.equal(bert?.runtime, 'triton: ONNX Runtime, TensorRT');
    assert.deepEqual(bert.points, [{ batch: 1, p50Ms: 5, p95Ms: 6, p99Ms: 7 }]);
  });

  it('are read: EC2', () => {
    const text = `instance_type,usd_per_hour,vcpus,mem_gib,gpu_count,gpu_mem_gib_each
g4dn.xlarge,0.526,4,16,1,16
c5.large,0.085,2,4,,
`;
    assert.deepEqual(readInstanceTypes({ name: 'ec2.csv', text }), [
      { name: 'g4dn.xlarge', usdPerHour: 0.526, vcpus: 4, memoryGib: 16, gpus: 1, gpuMemoryGib: 16 },
      { name: 'c5.large', usdPerHour: 0.085, vcpus: 2, memoryGib: 4, gpus: 0, gpuMemoryGib: 0 },
    ]);
  });

  it('fit a GPU by the models that both have', () => {
    // The line through 10 ms at 1 and 22 ms at 8 has a slope of 12/7 ms, where the reference takes 0.5 ms.
    const fit = fitGpuFromTables('T4', 'FP32', readNvidia(nvidia), readTimm(timm));
    assert.ok(Math.abs(fit.slowdown - 24 / 7) < 1e-9);
    fails(
      () => fitGpuFromTables('T4', 'FP16', readNvidia(nvidia), readTimm(timm)),
      "no model is both in NVIDIA's table on T4 with FP16 and in timm's",
    );
  });
});
