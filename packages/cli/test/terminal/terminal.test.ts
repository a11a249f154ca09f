import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { createTerminal, fitScreen, usesColour, type Input, type Output } from '../../src/terminal/terminal.js';

describe('fitScreen', () => {
  it('cuts long lines and counts the omitted ones', () => {
    const text = ['short', 'much too long a line', 'c', 'd'].join('\n');
    assert.deepEqual(fitScreen(text, 10, 24), ['short', 'much too…', 'c', 'd']);
    assert.deepEqual(fitScreen(text, 80, 4), ['short', 'much too long a line', '… 2 more lines']);
    assert.deepEqual(fitScreen(text, 80, 5).length, 4);
    assert.deepEqual(fitScreen(text, 1, 1), ['…']);
  });

  it('resets the colour at a cut', () => {
    assert.deepEqual(fitScreen('\x1b[33mmuch too long\x1b[39m', 8, 3), ['\x1b[33mmuch t\x1b[0m…']);
    assert.deepEqual(fitScreen('\x1b[33mshort\x1b[39m', 8, 3), ['\x1b[33mshort\x1b[39m']);
  });
});

describe('usesColour', () => {
  it('is true for terminals, unless the environment overrides it', () => {
    const terminal = { isTTY: true, write: () => undefined };
    const pipe = { write: () => undefined };
    assert.equal(usesColour(terminal, {}), true);
    assert.equal(usesColour(pipe, {}), false);
    assert.equal(usesColour(terminal, { NO_COLOR: '1' }), false);
    assert.equal(usesColour(terminal, { TERM: 'dumb' }), false);
    assert.equal(usesColour(pipe, { FORCE_COLOR: '1' }), true);
    assert.equal(usesColour(terminal, { FORCE_COLOR: '0' }), false);
    assert.equal(usesColour(pipe, { FORCE_COLOR: '1', NO_COLOR: '1' }), false);
  });
});

describe('openScreen', () => {
  const enter = '\x1b[?1049h\x1b[?25l';
  const leave = '\x1b[?25h\x1b[?1049l';

  function setUp() {
    const written: string[] = [];
    const events = new EventEmitter();
    const size = { columns: 10, rows: 10 };
    const stdout: Output = {
      isTTY: true,
      write: (text) => written.push(text),
      on: (event, listener) => events.on(event, listener),
      off: (event, listener) => events.off(event, listener),
      get columns() {
        return size.columns;
      },
      get rows() {
        return size.rows;
      },
    };
    const modes: boolean[] = [];
    const stdin: Input & EventEmitter = Object.assign(new EventEmitter(), {
      ...{ isTTY: true, resume: () => undefined, pause: () => undefined },
      setRawMode: (raw: boolean) => modes.push(raw),
    });
    return { written, events, size, stdin, modes, terminal: createTerminal(stdout, stdout, { stdin }) };
  }

  it('draws at the current size and reports resizes until its disposal', () => {
    const { terminal, written, events, size } = setUp();
    const screen = terminal.openScreen();
    screen.onResize(() => screen.draw('a line of a screen'));
    events.emit('resize');
    Object.assign(size, { columns: 40 });
    events.emit('resize');
    screen[Symbol.dispose]();
    events.emit('resize');
    const drawn = ['\x1b[Ha line o…\x1b[K\n\x1b[J', '\x1b[Ha line of a screen\x1b[K\n\x1b[J'];
    assert.deepEqual(written, [enter, ...drawn, leave]);
    assert.equal(terminal.columns, 40);
  });

  it('reads keys, and restores the terminal once', () => {
    const { terminal, written, stdin, modes } = setUp();
    const keys: string[] = [];
    const screen = terminal.openScreen();
    screen.onKey((key) => keys.push(key));
    stdin.emit('data', Buffer.from('q'));
    terminal.restore();
    stdin.emit('data', Buffer.from('s'));
    screen[Symbol.dispose]();
    assert.deepEqual([keys, modes, written], [['q'], [true, false], [enter, leave]]);
  });
});
