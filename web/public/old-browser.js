// Read by browsers too old for the pages: plain ES5, and a file of its own because the server allows no inline scripts.
;(() => {
  // Chromium 109 is the first with MathML; Firefox and Safari have had it for long, so the other two stand for them.
  var fit =
    'noModule' in document.createElement('script') &&
    typeof window.MathMLElement !== 'undefined' &&
    typeof Array.prototype.findLast === 'function' &&
    typeof window.structuredClone === 'function'
  if (fit) return
  var notice = document.getElementById('old-browser')
  notice.removeAttribute('hidden')
  notice.setAttribute('style', 'max-width:40em;margin:4em auto;font:16px/1.8 "Microsoft YaHei",SimSun,sans-serif')
})()
