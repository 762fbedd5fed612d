(() => {
  const form = document.getElementById("form"), points = document.getElementById("points")
  const comment = document.getElementById("comment"), keys = document.getElementById("keys")
  const alerted = document.querySelector("[role=alert]")
  const typed = () => [...form.querySelectorAll("#points, #why, #comment")].some(field => field.value !== field.defaultValue)
  let leaving = false
  const save = go => {
    const buttons = [...form.querySelectorAll("button[name=go]")]
    const button = buttons.find(each => each.value === go) || Object.assign(document.createElement("input"), {type: "hidden", name: "go", value: go})
    if (!button.isConnected) form.append(button)
    form.requestSubmit(button.type === "submit" ? button : undefined)
  }
  // what was typed is saved on the way to another answer
  const travel = link => {
    if (typed() && link.dataset.go && !alerted) save(link.dataset.go)
    else link.click()
  }
  for (const link of document.querySelectorAll("a[data-go]"))
    link.onclick = event => {
      if (typed() && !event.ctrlKey && !event.metaKey && !alerted) {
        event.preventDefault()
        save(link.dataset.go)
      }
    }
  form.onsubmit = () => { leaving = true }
  for (const link of form.querySelectorAll("a")) link.onclick = () => { leaving = true }
  addEventListener("beforeunload", event => { if ((typed() || alerted) && !leaving) event.preventDefault() })
  // come back to with the browser's own button; of a new page this event may come after the first save
  addEventListener("pageshow", event => { if (event.persisted) leaving = false })

  const help = document.getElementById("help")
  help.hidden = false
  help.onclick = () => keys.showModal()
  const arrows = {ArrowRight: "j", ArrowLeft: "k"}
  addEventListener("keydown", event => {
    const field = event.target.closest?.("input, textarea")
    if ((event.ctrlKey || event.metaKey) && (event.key === "s" || event.key === "Enter")) {
      event.preventDefault()
      return save(event.key === "s" ? "stay" : "")
    }
    if (event.ctrlKey || event.metaKey || event.altKey || keys.open) return
    if (event.key.startsWith("Arrow") && event.target.closest?.("pre")) return  // code is scrolled by them
    if (field && event.key === "Escape") return field.blur()
    if (field && (field !== points || !/^[a-z?]$/.test(event.key))) return  // a letter is no points
    const act = {c: () => comment.focus(), e: () => document.querySelector(".zeros button")?.focus(), "?": () => keys.showModal(), m: () => { const m = document.getElementById("marks"); m.open = !m.open }}[event.key]
    if (event.key in arrows && event.target.id === "answer" && event.target.scrollWidth > event.target.clientWidth) return
    const link = document.querySelector(`a[data-key="${CSS.escape(arrows[event.key] || event.key)}"]`)
    if (/^[0-9]$/.test(event.key)) { points.focus(); points.value = event.key }
    else if (event.key === "Enter" && (typed() || "again" in form.dataset) && !event.target.closest("a, button, summary")) save("")
    else if (act) act()
    else if (link) travel(link)
    else return
    event.preventDefault()
  })
})()
