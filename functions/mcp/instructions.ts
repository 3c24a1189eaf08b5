/** What a model reads before it uses the tools. */
export const INSTRUCTIONS = `These tools give you desktops of your own. A sandbox is a machine in the cloud with a desktop.

1. create_sandbox creates one and waits until its desktop is ready. If its result says that it is not ready yet, call
   wait_for_desktop.
2. screenshot shows the desktop. Look at a new screenshot after each step that changes something.
3. click_mouse, drag_mouse, scroll, type_text and press_key use the desktop.
4. delete_sandbox deletes it. A sandbox costs money until it is deleted: delete it when your work is done. It is also deleted
   at its expire_at; renew_sandbox sets a later one.

sandbox_id may be left out while you have exactly one sandbox.`
