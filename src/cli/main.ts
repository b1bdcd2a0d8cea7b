#!/usr/bin/env node
import { realDeps } from './real-deps.ts';
import { runCli } from './program.ts';

process.exitCode = await runCli(process.argv.slice(2), realDeps());
