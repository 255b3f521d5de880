// Runs the unit tests and ends with one line that a person and CI can read: "vitest: N passed, N failed".
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = mkdtempSync(join(tmpdir(), 'vitest-'));
const output = join(folder, 'result.json');
const options = ['run', '--reporter=default', '--reporter=json', `--outputFile=${output}`];
const run = spawnSync('npx', ['--no-install', 'vitest', ...options, ...process.argv.slice(2)], { stdio: 'inherit' });
let code = run.status ?? 1;
try {
  const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(output, 'utf8'));
  console.log(`vitest: ${numPassedTests} passed, ${numFailedTests} failed`);
} catch {
  console.log('vitest: it ended without a result');
  code ||= 1;
}
rmSync(folder, { recursive: true });
process.exit(code);
