/** The part of the prologue with methods of arrays as coroutines: LIST_METHODS in globals.ts. Callbacks of other built-ins can't suspend. */
export const LISTS = `
function* $eachItem(list, fn, self, visit) {
  const length = list.length;
  for (let i = 0; i < length; i++) if (i in list && visit(yield* fn.call(self, list[i], i, list), list[i], i)) return i;
  return -1;
}
const $listMethods = new Map([
  [Array.prototype.forEach, function* (fn, self) { yield* $eachItem(this, fn.$co, self, () => false); }],
  [Array.prototype.map, function* (fn, self) { const made = new Array(this.length); yield* $eachItem(this, fn.$co, self, (value, _, i) => { made[i] = value; }); return made; }],
  [Array.prototype.filter, function* (fn, self) {
    const kept = [], length = this.length;
    for (let i = 0; i < length; i++) if (i in this) { const item = this[i]; if (yield* fn.$co.call(self, item, i, this)) kept.push(item); }
    return kept;
  }],
  [Array.prototype.some, function* (fn, self) { return (yield* $eachItem(this, fn.$co, self, (value) => value)) >= 0; }],
  [Array.prototype.every, function* (fn, self) { return (yield* $eachItem(this, fn.$co, self, (value) => !value)) < 0; }],
  [Array.prototype.find, function* (fn, self) {
    const length = this.length;
    for (let i = 0; i < length; i++) { const item = this[i]; if (yield* fn.$co.call(self, item, i, this)) return item; }
  }],
  [Array.prototype.findIndex, function* (fn, self) {
    const length = this.length;
    for (let i = 0; i < length; i++) if (yield* fn.$co.call(self, this[i], i, this)) return i;
    return -1;
  }],
  [Array.prototype.reduce, function* (fn, ...start) {
    const length = this.length;
    let i = 0, total = start[0];
    if (start.length === 0) {
      while (i < length && !(i in this)) i++;
      if (i >= length) throw new TypeError('Reduce of empty array with no initial value');
      total = this[i++];
    }
    for (; i < length; i++) if (i in this) total = yield* fn.$co(total, this[i], i, this);
    return total;
  }],
]);
function $listMethod(method, list, fn) { return fn?.$co !== undefined && Array.isArray(list) && list.constructor === Array ? $listMethods.get(method) : undefined; }
`;
