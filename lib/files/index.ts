export { type Files, type Kind, writeOutputs } from './outputs';
export { readIfThere, writePrivateFile } from './private';
export { newFolderOutside, writePrivateFolder } from './private-folder';
export { FileError, fileProblem, readText, withFile } from './problem';
export { projectVersion, readProjectFile } from './project';
export { isWrittenBySynth, WRITTEN_BY } from './written-by';
