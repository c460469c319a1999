export function cycle( { 
