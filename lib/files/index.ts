export { type Files, type Kind, writeOutputs } from './outputs';
export { readIfThere, writePrivateFile, writeWhole } from './private';
export { newFolderOutside, writePrivateFolder } from './private-folder';
export { FileError, fileProblem, jsonOf, readText, withFile } from './problem';
export { projectFilesRead, readProjectFile } from './project';
export { PROJECT_VERSION } from './version';
export { isWrittenBySynth, WRITTEN_BY } from './written-by';
