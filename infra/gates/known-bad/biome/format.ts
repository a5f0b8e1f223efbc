export const spacing={a:1,b : "double quotes"}
