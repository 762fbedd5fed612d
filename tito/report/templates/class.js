(() => {
  const table = document.getElementById("students"), body = table.tBodies[0], all = [...body.rows]
  const $ = name => document.getElementById(name), size = 100
  const value = cell => cell.dataset.v === undefined ? cell.textContent.trim() : +cell.dataset.v
  const keys = all.map(row => [...row.cells].map(value)), order = all.map((_, i) => i)
  const words = all.map(row => row.textContent.toLowerCase())
  const compare = new Intl.Collator(undefined, {numeric: true}).compare
  let kept = order, page = 0, only = null, column = 0, up = true
  const show = () => {
    const last = Math.max(0, Math.ceil(kept.length / size) - 1)
    page = Math.min(Math.max(page, 0), last)
    body.replaceChildren(...kept.slice(page * size, (page + 1) * size).map(i => all[i]))
    $("where").textContent = kept.length ? `${page * size + 1}–${Math.min((page + 1) * size, kept.length)} of ${kept.length}` : "none"
    $("back").disabled = page === 0
    $("on").disabled = page === last
  }
  const filter = () => {
    const wanted = $("filter").value.toLowerCase().split(/\s+/).filter(Boolean)
    kept = order.filter(i => wanted.every(word => words[i].includes(word)) && (!only || only(all[i])))
    page = 0
    show()
  }
  const sort = th => {
    const n = th.cellIndex, same = n === column
    up = same ? !up : typeof keys[0]?.[n] !== "number"
    column = n
    for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort")
    th.setAttribute("aria-sort", up ? "ascending" : "descending")
    order.sort((i, j) => {
      const a = keys[i][n], b = keys[j][n]
      return (typeof a === "number" ? a - b : compare(a, b)) * (up ? 1 : -1) || i - j
    })
    filter()
  }
  for (const th of table.tHead.rows[0].cells) {
    const button = document.createElement("button")
    button.append(...th.childNodes)
    button.onclick = () => sort(th)
    th.append(button)
  }
  for (const button of document.querySelectorAll("button[data-has]")) {
    button.hidden = false
    button.onclick = () => {
      only = row => ` ${row.dataset.has} `.includes(` ${button.dataset.has} `)
      $("only").textContent = `only: ${button.dataset.name}`
      $("everyone").hidden = false
      filter()
      $("students-title").scrollIntoView()
      $("filter").focus({preventScroll: true})
    }
  }
  $("everyone").onclick = () => { only = null; $("only").textContent = ""; $("everyone").hidden = true; filter() }
  $("filter").oninput = filter
  $("back").onclick = () => { page--; show() }
  $("on").onclick = () => { page++; show() }
  addEventListener("beforeprint", () => body.replaceChildren(...kept.map(i => all[i])))
  addEventListener("afterprint", show)
  table.classList.remove("paged")
  $("tools").hidden = false
  show()
})()
