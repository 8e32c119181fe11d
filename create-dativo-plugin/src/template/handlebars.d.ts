// The build without Node's require hooks is the one that can be bundled; it has the types of the package.
declare module "handlebars/dist/cjs/handlebars.js" {
  import Handlebars from "handlebars";
  export default Handlebars;
}
