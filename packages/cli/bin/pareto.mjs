#!/usr/bin/env node
// The command itself: here from the first install on, before anything is built.
import '../dist/main.js';
