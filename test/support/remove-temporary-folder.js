module.exports = require('./temporary-folder').remove;
