import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { createTerminal, fitScreen, type Output } from '../src/terminal.js';
import { wrap } from '../src/wrap.js';

describe('fitScreen', () => {
  it('cuts what is too wide, and says how many lines there is no room for', () => {
    const text = ['short', 'much too long a line', 'c', 'd'].join('\n');
    assert.deepEqual(fitScreen(text, 10, 24), ['short', 'much too…', 'c', 'd']);
    assert.deepEqual(fitScreen(text, 80, 4), ['short', 'much too long a line', '… 2 more lines']);
    assert.deepEqual(fitScreen(text, 80, 5).length, 4);
    assert.deepEqual(fitScreen(text, 1, 1), ['…']);
  });

  it('leaves no colour open where it cuts', () => {
    assert.deepEqual(fitScreen('\x1b[33mmuch too long\x1b[39m', 8, 3), ['much t…']);
  });
});

describe('wrap', () => {
  it('breaks at spaces and indents what follows', () => {
    assert.deepEqual(wrap('one two three four', 10), ['one two', '  three', '  four']);
    assert.deepEqual(wrap('one two', 80), ['one two']);
    assert.deepEqual(wrap('averylongword x', 5), ['averylongword', '  x']);
  });
});

describe('a terminal', () => {
  it('draws by the size that it has now, and tells of changes until nobody listens', () => {
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
    const terminal = createTerminal(stdout, stdout);
    const watching = terminal.onResize(() => terminal.screen('a line of a screen'));
    events.emit('resize');
    Object.assign(size, { columns: 40 });
    events.emit('resize');
    watching[Symbol.dispose]();
    events.emit('resize');
    assert.deepEqual(written, ['\x1b[Ha line o…\x1b[K\n\x1b[J', '\x1b[Ha line of a screen\x1b[K\n\x1b[J']);
    assert.equal(terminal.columns, 40);
  });
});
